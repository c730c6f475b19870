package iam_test

import "slices"

// everywhere is the rows of every deployment. prefix is the key prefix of uploads. oldest is the
// age in milliseconds at which a URL still works, and tooOld is one more.
func everywhere(prefix, oldest, tooOld string) []row {
	cat := "files/" + prefix + "me/01/cat.png"
	sibling := "files/" + prefix[:len(prefix)-1] + "-old/cat.png"
	return []row{
		// What the function signs works, and nothing else.
		{"upload", "s3:PutObject", cat, put, yes},
		{"upload", "s3:PutObject", cat, part, yes},
		{"upload", "s3:PutObject", "files/" + prefix + "avatar/me/01/cat.png", put, yes}, // of a kind
		{"upload", "s3:PutObject", cat, with(put, "s3:authType", "REST-HEADER"), yes},
		{"upload", "s3:PutObject", cat, overwrite, "DenyOverwriting"},
		{"upload", "s3:PutObject", cat, with(overwrite, "s3:authType", "REST-HEADER"), "DenyOverwriting"},
		{"upload", "s3:PutObject", cat, with(put, "s3:signatureAge", oldest), yes},
		{"upload", "s3:PutObject", cat, with(put, "s3:signatureAge", tooOld), "DenyOldSignedUrls"},
		{"upload", "s3:PutObject", cat, with(part, "s3:signatureAge", tooOld), "DenyOldSignedUrls"},
		{"upload", "s3:PutObject", cat, with(put, "s3:signatureversion", "AWS"), "DenySignatureVersion2"},
		{"upload", "s3:PutObject", cat, with(put, "aws:SecureTransport", "false"), tls},
		{"upload", "s3:PutObject", cat, form, "DenyPostForms"},
		// Only URLs have this limit: S3 itself refuses a signed header that is older than 15
		// minutes.
		{"upload", "s3:PutObject", cat, with(with(put, "s3:authType", "REST-HEADER"), "s3:signatureAge", tooOld), yes},

		// Nothing is allowed elsewhere.
		{"upload", "s3:PutObject", sibling, put, no},
		{"upload", "s3:PutObject", "files/" + prefix[:len(prefix)-1], put, no},
		{"upload", "s3:PutObject", "files/cat.png", put, no},
		{"upload", "s3:PutObject", "files/UPLOADS/me/01/cat.png", put, no},
		{"upload", "s3:PutObject", "files-twin/" + prefix + "me/01/cat.png", put, no},
		{"upload", "s3:PutObject", "elsewhere/" + prefix + "me/01/cat.png", put, no},

		// No other action is allowed.
		{"upload", "s3:GetObject", cat, with(url, "s3:ExistingObjectTag/GuardDutyMalwareScanStatus", "NO_THREATS_FOUND"), no},
		{"upload", "s3:DeleteObject", cat, url, no},
		{"upload", "s3:DeleteObjectVersion", cat, url, no},
		{"upload", "s3:PutObjectAcl", cat, url, no},
		{"upload", "s3:PutObjectTagging", cat, url, no},
		{"upload", "s3:PutObjectRetention", cat, url, no},
		{"upload", "s3:ListBucket", "files", url, no},
		{"upload", "s3:ListBucketMultipartUploads", "files", url, no},
		{"upload", "s3:PutBucketPolicy", "files", header, no},
		{"upload", "s3:DeleteBucketPolicy", "files", header, no},

		// Only its own log is allowed.
		{"upload", "logs:PutLogEvents", "upload-log", plain, yes},
		{"upload", "logs:CreateLogStream", "upload-log", plain, yes},
		{"upload", "logs:PutLogEvents", "api-log", plain, no},
		{"upload", "logs:PutLogEvents", "other-log", plain, no},
		{"upload", "logs:GetLogEvents", "upload-log", plain, no},

		// Others.
		{"anonymous", "s3:GetObject", cat, with(unsigned, "s3:ExistingObjectTag/GuardDutyMalwareScanStatus", "NO_THREATS_FOUND"), no},
		{"anonymous", "s3:PutObject", cat, with(unsigned, "s3:if-none-match", "*"), no},
		{"anonymous", "s3:PutObject", cat, form, "DenyPostForms"},
		{"anonymous", "s3:ListBucket", "files", unsigned, no},
		{"anonymous", "s3:ListBucket", "files", with(unsigned, "aws:SecureTransport", "false"), tls},
		{"foreigner", "s3:PutObject", cat, put, no},
		{"foreigner", "s3:GetObject", cat, with(url, "s3:ExistingObjectTag/GuardDutyMalwareScanStatus", "NO_THREATS_FOUND"), no},
		{"foreigner", "s3:PutBucketPolicy", "files", header, no},
		{"foreigner", "s3:DeleteObject", cat, header, no},
		{"no-policies", "s3:PutObject", cat, put, no},
		{"no-policies", "s3:ListBucket", "files", header, no},

		// The account's administrator may do everything except what the bucket policy denies
		// everybody.
		{"admin", "s3:PutObject", "files/anything", put, yes},
		{"admin", "s3:PutObject", "files/anything", overwrite, "DenyOverwriting"},
		{"admin", "s3:PutObject", "files/anything", form, "DenyPostForms"},
		{"admin", "s3:DeleteObject", cat, with(url, "s3:signatureAge", tooOld), "DenyOldSignedUrls"},
		{"admin", "s3:ListBucket", "files", with(url, "s3:signatureAge", tooOld), "DenyOldSignedUrls"},
		{"admin", "s3:ListBucket", "files", with(url, "s3:signatureAge", oldest), yes},
		{"admin", "s3:ListBucketMultipartUploads", "files", with(url, "s3:signatureAge", tooOld), "DenyOldSignedUrls"},
		{"admin", "s3:ListBucket", "files", with(header, "s3:signatureAge", tooOld), yes},
		{"admin", "s3:ListBucket", "files-twin", with(url, "s3:signatureAge", tooOld), yes},
		{"admin", "s3:DeleteObject", cat, with(url, "s3:signatureversion", "AWS"), "DenySignatureVersion2"},
		{"admin", "s3:ListBucket", "files", with(header, "s3:signatureversion", "AWS"), "DenySignatureVersion2"},
		{"admin", "s3:ListBucket", "files", with(header, "aws:SecureTransport", "false"), tls},
		{"admin", "s3:DeleteObject", cat, with(header, "aws:SecureTransport", "false"), tls},
		{"admin", "s3:DeleteObjectVersion", cat, header, yes},
		{"admin", "s3:ListBucket", "files", header, yes},
		{"admin", "s3:PutBucketPolicy", "files", header, yes},

		// Who may assume the function's role.
		{"lambda", "sts:AssumeRole", "upload-role", plain, yes},
		{"apigateway", "sts:AssumeRole", "upload-role", plain, no},
		{"malware-protection-plan.guardduty", "sts:AssumeRole", "upload-role", plain, no},
		{"anonymous", "sts:AssumeRole", "upload-role", plain, no},
		{"foreigner", "sts:AssumeRole", "upload-role", plain, no},
		{"upload", "sts:AssumeRole", "upload-role", plain, no},
		{"admin", "sts:AssumeRole", "upload-role", plain, no}, // an administrator would have to change the trust policy
	}
}

// logBucket is the rows of the access log's own bucket.
func logBucket() []row {
	line := "logs/s3-access/2026-11-24"
	theFiles := with(with(plain, "aws:SourceAccount", "111122223333"), "aws:SourceArn", "arn:aws:s3:::uploadsbucketc4b27cc7")
	return []row{
		{"logging.s3", "s3:PutObject", line, theFiles, yes},
		{"logging.s3", "s3:PutObject", line, with(theFiles, "aws:SourceAccount", "444455556666"), no},
		{"logging.s3", "s3:PutObject", line, with(theFiles, "aws:SourceArn", "arn:aws:s3:::elsewhere"), no},
		{"logging.s3", "s3:PutObject", line, plain, no},
		{"logging.s3", "s3:PutObject", line, with(theFiles, "aws:SecureTransport", "false"), tls},
		{"logging.s3", "s3:PutObject", "logs/elsewhere", theFiles, no},
		{"logging.s3", "s3:PutObject", "files/uploads/me/01/cat.png", with(with(theFiles, "s3:if-none-match", "*"), "aws:SourceIp", "203.0.113.9"), no},
		{"logging.s3", "s3:GetObject", line, theFiles, no},
		{"s3", "s3:PutObject", line, theFiles, no},
		{"upload", "s3:PutObject", line, put, no},
		{"anonymous", "s3:PutObject", line, theFiles, no},
		{"anonymous", "s3:GetObject", line, unsigned, no},
		{"foreigner", "s3:GetObject", line, header, no},
		{"foreigner", "s3:PutObject", line, theFiles, no},
		{"no-policies", "s3:PutObject", line, theFiles, no},
		{"admin", "s3:GetObject", line, header, yes},
		{"admin", "s3:GetObject", line, with(header, "aws:SecureTransport", "false"), tls},
		{"admin", "s3:ListBucket", "logs", with(header, "aws:SecureTransport", "false"), tls},
		{"admin", "s3:ListBucket", "logs", header, yes},
	}
}

// resumable is the rows of ResumableUploads.
func resumable(prefix, tooOld string) []row {
	var rows []row
	for _, action := range []string{"s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"} {
		rows = append(rows,
			row{"upload", action, "files/" + prefix + "me/01/cat.png", url, yes},
			row{"upload", action, "files/" + prefix + "me/01/cat.png", with(url, "s3:signatureAge", tooOld), "DenyOldSignedUrls"},
			row{"upload", action, "files/cat.png", url, no},
			row{"upload", action, "files/" + prefix[:len(prefix)-1] + "-old/cat.png", url, no},
			row{"foreigner", action, "files/" + prefix + "me/01/cat.png", url, no},
		)
	}
	return rows
}

// notResumable is the rows without ResumableUploads.
func notResumable() []row {
	return []row{
		{"upload", "s3:AbortMultipartUpload", "files/uploads/me/01/cat.png", url, no},
		{"upload", "s3:ListMultipartUploadParts", "files/uploads/me/01/cat.png", url, no},
	}
}

// downloads is the rows of Downloads, for files that are clean if they are scanned.
func downloads(prefix, tooOld string) []row {
	cat := "files/" + prefix + "me/01/cat.png"
	clean := with(url, "s3:ExistingObjectTag/GuardDutyMalwareScanStatus", "NO_THREATS_FOUND")
	return append([]row{
		{"download", "s3:GetObject", cat, clean, yes},
		{"download", "s3:GetObject", cat, with(clean, "s3:signatureAge", tooOld), "DenyOldSignedUrls"},
		{"download", "s3:GetObject", cat, with(clean, "aws:SecureTransport", "false"), tls},
		{"download", "s3:GetObject", "files/cat.png", clean, no},
		{"download", "s3:GetObject", "files/" + prefix[:len(prefix)-1] + "-old/cat.png", clean, no},
		{"download", "s3:GetObject", "elsewhere/" + prefix + "cat.png", clean, no},
		{"download", "s3:GetObjectVersion", cat, clean, no},
		{"download", "s3:GetObjectTagging", cat, url, no},
		{"download", "s3:PutObject", cat, put, no},
		{"download", "s3:DeleteObject", cat, url, no},
		{"download", "s3:ListBucket", "files", url, no},
	}, ofFunction("download")...)
}

// ofFunction is the rows of the log and the role of another function than the upload function.
func ofFunction(name string) []row {
	return []row{
		{name, "logs:PutLogEvents", name + "-log", plain, yes},
		{name, "logs:PutLogEvents", "upload-log", plain, no},
		{"upload", "logs:PutLogEvents", name + "-log", plain, no},
		{"lambda", "sts:AssumeRole", name + "-role", plain, yes},
		{"apigateway", "sts:AssumeRole", name + "-role", plain, no},
		{"foreigner", "sts:AssumeRole", name + "-role", plain, no},
		{"admin", "sts:AssumeRole", name + "-role", plain, no},
		{"upload", "sts:AssumeRole", name + "-role", plain, no},
	}
}

// listings is the rows of Listings: of the folder of one user, whatever its kind.
func listings(prefix, tooOld string) []row {
	folder := with(url, "s3:prefix", prefix+"me/")
	clean := with(folder, "s3:ExistingObjectTag/GuardDutyMalwareScanStatus", "NO_THREATS_FOUND")
	cat := "files/" + prefix + "me/01/cat.png"
	rows := append([]row{
		{"list", "s3:ListBucket", "files", folder, yes},
		{"list", "s3:ListBucket", "files", with(url, "s3:prefix", prefix+"avatar/me/"), yes}, // of a kind
		{"list", "s3:ListBucket", "files", with(folder, "s3:signatureAge", tooOld), "DenyOldSignedUrls"},
		{"list", "s3:ListBucket", "files", with(folder, "aws:SecureTransport", "false"), tls},
		{"list", "s3:ListBucket", "files", url, no}, // no prefix at all, as for HeadBucket
		{"list", "s3:ListBucket", "files-twin", folder, no},
		{"list", "s3:ListBucket", "elsewhere", folder, no},
		{"list", "s3:ListBucketVersions", "files", folder, no},
		{"list", "s3:ListBucketMultipartUploads", "files", folder, no},
		{"list", "s3:GetObject", cat, clean, no},
		{"list", "s3:GetObjectTagging", cat, clean, no},
		{"list", "s3:PutObject", cat, put, no},
		{"list", "s3:DeleteObject", cat, url, no},
		{"upload", "s3:ListBucket", "files", folder, no},
		{"foreigner", "s3:ListBucket", "files", folder, no},
	}, ofFunction("list")...)
	for _, more := range []string{"", "/", prefix, prefix[:len(prefix)-1], prefix + "me", "other/me/", "/" + prefix + "me/", prefix[:len(prefix)-1] + "-old/me/"} {
		rows = append(rows, row{"list", "s3:ListBucket", "files", with(url, "s3:prefix", more), no})
	}
	return rows
}

// listingsOfKinds is the rows of Listings with the kinds avatar and film: all files of a kind are
// nobody's folder.
func listingsOfKinds(prefix string) []row {
	return []row{
		{"list", "s3:ListBucket", "files", with(url, "s3:prefix", prefix+"avatar/"), no},
		{"list", "s3:ListBucket", "files", with(url, "s3:prefix", prefix+"film/"), no},
		{"list", "s3:ListBucket", "files", with(url, "s3:prefix", prefix+"film/me/"), yes},
	}
}

// deletions is the rows of Deletions. What is deleted stays as an older version, which nobody can
// sign a deletion of.
func deletions(prefix, tooOld string) []row {
	cat := "files/" + prefix + "me/01/cat.png"
	clean := with(url, "s3:ExistingObjectTag/GuardDutyMalwareScanStatus", "NO_THREATS_FOUND")
	return append([]row{
		{"delete", "s3:DeleteObject", cat, url, yes},
		{"delete", "s3:DeleteObject", "files/" + prefix + "avatar/me/01/cat.png", url, yes}, // of a kind
		{"delete", "s3:DeleteObject", cat, with(url, "s3:signatureAge", tooOld), "DenyOldSignedUrls"},
		{"delete", "s3:DeleteObject", cat, with(url, "s3:signatureversion", "AWS"), "DenySignatureVersion2"},
		{"delete", "s3:DeleteObject", cat, with(url, "aws:SecureTransport", "false"), tls},
		{"delete", "s3:DeleteObject", "files/cat.png", url, no},
		{"delete", "s3:DeleteObject", "files/" + prefix[:len(prefix)-1] + "-old/cat.png", url, no},
		{"delete", "s3:DeleteObject", "files-twin/" + prefix + "me/01/cat.png", url, no},
		{"delete", "s3:DeleteObject", "logs/s3-access/2026", url, no},
		{"delete", "s3:DeleteObjectVersion", cat, url, no},
		{"delete", "s3:DeleteObjectTagging", cat, url, no},
		{"delete", "s3:DeleteBucket", "files", url, no},
		{"delete", "s3:GetObject", cat, clean, no},
		{"delete", "s3:PutObject", cat, put, no},
		{"delete", "s3:ListBucket", "files", with(url, "s3:prefix", prefix+"me/"), no},
		{"delete", "s3:ListBucketVersions", "files", url, no},
		{"foreigner", "s3:DeleteObject", cat, url, no},
	}, ofFunction("delete")...)
}

// scans is the rows of Scans: of the tags, before and after the scan, and never of the file.
func scans(prefix, tooOld string) []row {
	cat := "files/" + prefix + "me/01/cat.png"
	return append([]row{
		{"scan", "s3:GetObjectTagging", cat, url, yes},
		{"scan", "s3:GetObjectTagging", cat, with(url, tag, "THREATS_FOUND"), yes},
		{"scan", "s3:GetObjectTagging", cat, with(url, "s3:signatureAge", tooOld), "DenyOldSignedUrls"},
		{"scan", "s3:GetObjectTagging", cat, with(url, "aws:SecureTransport", "false"), tls},
		{"scan", "s3:GetObjectTagging", "files/cat.png", url, no},
		{"scan", "s3:GetObjectTagging", "files/" + prefix[:len(prefix)-1] + "-old/cat.png", url, no},
		{"scan", "s3:GetObjectVersionTagging", cat, url, no},
		{"scan", "s3:PutObjectTagging", cat, url, no},
		{"scan", "s3:PutObjectTagging", cat, with(url, "s3:RequestObjectTagKeys", "GuardDutyMalwareScanStatus"), "OnlyGuardDutyCanTagScanStatus"},
		{"scan", "s3:DeleteObjectTagging", cat, url, no},
		{"scan", "s3:GetObject", cat, with(url, tag, "NO_THREATS_FOUND"), no},
		{"scan", "s3:DeleteObject", cat, url, no},
		{"scan", "s3:ListBucket", "files", with(url, "s3:prefix", prefix+"me/"), no},
		{"foreigner", "s3:GetObjectTagging", cat, url, no},
	}, ofFunction("scan")...)
}

// encrypted is the rows of the key that encrypts uploads. decrypts are those who may decrypt
// through S3.
func encrypted(key string, decrypts ...string) []row {
	rows := []row{
		{"upload", "kms:GenerateDataKey", key, viaS3, yes},
		{"upload", "kms:GenerateDataKey", "other-key", viaS3, no},
		{"upload", "kms:Decrypt", "other-key", viaS3, no},
		{"upload", "kms:Encrypt", key, viaS3, no},
		{"upload", "kms:ReEncryptFrom", key, viaS3, no},
		{"upload", "kms:CreateGrant", key, plain, no},
		{"upload", "kms:ScheduleKeyDeletion", key, plain, no},
		{"upload", "kms:PutKeyPolicy", key, plain, no},
		{"anonymous", "kms:Decrypt", key, plain, no},
		{"foreigner", "kms:Decrypt", key, viaS3, no},
		{"foreigner", "kms:CreateGrant", key, plain, no},
		{"no-policies", "kms:Decrypt", key, viaS3, no},
		{"admin", "kms:Decrypt", key, viaS3, yes},
		{"admin", "kms:PutKeyPolicy", key, plain, yes},
	}
	verdict := map[bool]string{true: yes, false: no}
	rows = append(rows, row{"upload", "kms:Decrypt", key, viaS3, verdict[slices.Contains(decrypts, "upload")]})
	// Only through S3 in the same region: not directly, and not through another service.
	for _, who := range append([]string{"upload"}, decrypts...) {
		for _, action := range []string{"kms:GenerateDataKey", "kms:Decrypt"} {
			rows = append(rows,
				row{who, action, key, plain, no},
				row{who, action, key, with(viaS3, "kms:ViaService", "sqs.eu-west-1.amazonaws.com"), no},
				row{who, action, key, with(viaS3, "kms:ViaService", "s3.us-east-1.amazonaws.com"), no})
		}
	}
	if slices.Contains(decrypts, "download") {
		rows = append(rows,
			row{"download", "kms:Decrypt", key, viaS3, yes},
			row{"download", "kms:Decrypt", "other-key", viaS3, no},
			row{"download", "kms:GenerateDataKey", key, viaS3, no})
	}
	if slices.Contains(decrypts, "scanner") {
		rows = append(rows,
			row{"scanner", "kms:Decrypt", key, viaS3, yes},
			row{"scanner", "kms:Decrypt", "other-key", viaS3, no},
			row{"scanner", "kms:GenerateDataKey", key, viaS3, yes})
	}
	return rows
}
