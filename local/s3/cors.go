package s3

import (
	"encoding/xml"
)

// corsXML writes the rules in the form of S3's PutBucketCors ("CORSConfiguration" in the Amazon S3
// API Reference).
func corsXML(rules []CORSRule) ([]byte, error) {
	type rule struct {
		AllowedHeader []string `xml:"AllowedHeader"`
		AllowedMethod []string `xml:"AllowedMethod"`
		AllowedOrigin []string `xml:"AllowedOrigin"`
		ExposeHeader  []string `xml:"ExposeHeader"`
		MaxAgeSeconds int32    `xml:"MaxAgeSeconds,omitempty"`
	}
	var config struct {
		XMLName xml.Name `xml:"CORSConfiguration"`
		Rules   []rule   `xml:"CORSRule"`
	}
	for _, r := range rules {
		config.Rules = append(config.Rules, rule{r.AllowedHeaders, r.AllowedMethods, r.AllowedOrigins, r.ExposedHeaders, r.MaxAge})
	}
	return xml.Marshal(config)
}
