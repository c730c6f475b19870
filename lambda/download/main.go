// Command download is the Lambda function that signs downloads. It is separate from the one that
// signs uploads, so that neither role holds the permissions of the other. Its environment is the
// one that the template gives it.
//
// It is built as the file "bootstrap" for the runtime provided.al2023.
package main

import "signpost/lambda/function"

func main() { function.Run("download", function.Download) }
