import { expect, test } from "@playwright/test";
import { awsHost } from "../../../page/src/aws_host";

// "Amazon Cognito Identity endpoints and quotas" and "AWS partitions", AWS General Reference.
test("a service's host name ends as its region's partition requires", () => {
  expect(awsHost("cognito-idp", "eu-west-1")).toBe("cognito-idp.eu-west-1.amazonaws.com");
  expect(awsHost("cognito-idp", "us-gov-west-1")).toBe("cognito-idp.us-gov-west-1.amazonaws.com");
  expect(awsHost("cognito-idp", "cn-north-1")).toBe("cognito-idp.cn-north-1.amazonaws.com.cn");
});
