// Command delete is the Lambda function that signs deletions. Its role may only delete. Its
// environment is the one that the template gives it.
//
// It is built as the file "bootstrap" for the runtime provided.al2023.
package main

import "signpost/lambda/function"

func main() { function.Run("delete", function.Delete) }
