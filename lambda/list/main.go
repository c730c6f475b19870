// Command list is the Lambda function that signs listings of a user's own files. Its role may only
// list. Its environment is the one that the template gives it.
//
// It is built as the file "bootstrap" for the runtime provided.al2023.
package main

import "signpost/lambda/function"

func main() { function.Run("list", function.List) }
