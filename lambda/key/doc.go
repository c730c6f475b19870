// Package key makes and reads the keys of uploads:
//
//	uploads/<owner>/<id>/<name>
//	uploads/<owner>/<id>-<size>/<name>         sent in parts
//	uploads/<owner>/<id>-<size>-sha256/<name>  sent in parts that each have a checksum
//	uploads/<kind>/<owner>/<id>/<name>         of a kind of upload; the other two forms likewise
//
// The number of segments says whether there is a kind, so no key has two readings.
//
// Only the server chooses a key: [New] and [NewMultipart] make it, [Slug] turns the file's name
// into its last segment, and [Parse] takes it apart when a later request names it. A key lies in
// its owner's folder, and nobody can guess it, because its id has 80 random bits.
//
// The function stores nothing. The key of an upload in parts therefore carries what later requests
// need: the size in base 36, and whether each part has a checksum. Callers could change both in a
// request, but to no effect: S3 binds an upload's id to the key that the upload began with, and the
// function only begins uploads with keys that it chose.
//
// Don't build a key by hand, and don't compare owners by prefix: use [Parse] and [Key.Owner].
package key
