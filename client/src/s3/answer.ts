/** S3's answer to a request. */
export interface Answer {
  status: number;
  xml: string;
  etag: string | null;
}
