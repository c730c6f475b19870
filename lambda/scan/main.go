// Command scan is the Lambda function that signs reads of what the malware scan found. Its role may
// only read the tags of objects. Its environment is the one that the template gives it.
//
// It is built as the file "bootstrap" for the runtime provided.al2023.
package main

import "signpost/lambda/function"

func main() { function.Run("scan", function.Scan) }
