package rpm

// tag numbers a header entry. Names and numbers are those of rpm's
// include/rpm/rpmtag.h.
type tag uint32

// Tags of the signature header.
const (
	sigDSA             tag = 267  // header
	sigRSA             tag = 268  // header
	sigSHA1            tag = 269  // hexadecimal, of the header
	sigLongSize        tag = 270  // length of header and payload, 64 bits
	sigLongArchiveSize tag = 271  // length of the unpacked payload, 64 bits
	sigSHA256          tag = 273  // hexadecimal, of the header
	sigOpenPGP         tag = 278  // header, any algorithm (rpm 6)
	sigSize            tag = 1000 // length of header and payload
	sigPGP             tag = 1002 // header and payload, RSA
	sigMD5             tag = 1004 // binary, of header and payload
	sigGPG             tag = 1005 // header and payload, DSA
	sigArchiveSize     tag = 1007 // length of the unpacked payload
)

// Tags of the header.
const (
	tagName              tag = 1000
	tagVersion           tag = 1001
	tagRelease           tag = 1002
	tagEpoch             tag = 1003
	tagSummary           tag = 1004
	tagDescription       tag = 1005
	tagBuildTime         tag = 1006
	tagBuildHost         tag = 1007
	tagSize              tag = 1009
	tagVendor            tag = 1011
	tagLicense           tag = 1014
	tagPackager          tag = 1015
	tagGroup             tag = 1016
	tagURL               tag = 1020
	tagArch              tag = 1022
	tagOldFileNames      tag = 1027
	tagFileModes         tag = 1030
	tagFileFlags         tag = 1037
	tagSourceRPM         tag = 1044
	tagArchiveSize       tag = 1046
	tagProvideName       tag = 1047
	tagRequireFlags      tag = 1048
	tagRequireName       tag = 1049
	tagRequireVersion    tag = 1050
	tagNoSource          tag = 1051
	tagNoPatch           tag = 1052
	tagConflictFlags     tag = 1053
	tagConflictName      tag = 1054
	tagConflictVersion   tag = 1055
	tagChangelogTime     tag = 1080
	tagChangelogName     tag = 1081
	tagChangelogText     tag = 1082
	tagObsoleteName      tag = 1090
	tagSourcePackage     tag = 1106
	tagProvideFlags      tag = 1112
	tagProvideVersion    tag = 1113
	tagObsoleteFlags     tag = 1114
	tagObsoleteVersion   tag = 1115
	tagDirIndexes        tag = 1116
	tagBaseNames         tag = 1117
	tagDirNames          tag = 1118
	tagLongSize          tag = 5009
	tagRecommendName     tag = 5046
	tagRecommendVersion  tag = 5047
	tagRecommendFlags    tag = 5048
	tagSuggestName       tag = 5049
	tagSuggestVersion    tag = 5050
	tagSuggestFlags      tag = 5051
	tagSupplementName    tag = 5052
	tagSupplementVersion tag = 5053
	tagSupplementFlags   tag = 5054
	tagEnhanceName       tag = 5055
	tagEnhanceVersion    tag = 5056
	tagEnhanceFlags      tag = 5057
	tagPayloadDigest     tag = 5092
	tagPayloadDigestAlgo tag = 5093
	tagPayloadSizeAlt    tag = 5113 // length of the unpacked payload (rpm 6)
)

// kind is the type of a header entry's values.
type kind uint32

const (
	kindNull kind = iota
	kindChar
	kindInt8
	kindInt16
	kindInt32
	kindInt64
	kindString
	kindBinary
	kindStrings
	kindI18N
)

// width is the size of one value in bytes, 0 for strings and for nothing.
func (k kind) width() int {
	switch k {
	case kindChar, kindInt8, kindBinary:
		return 1
	case kindInt16:
		return 2
	case kindInt32:
		return 4
	case kindInt64:
		return 8
	}
	return 0
}

// isText reports whether values are strings that end in a NUL byte.
func (k kind) isText() bool {
	return k == kindString || k == kindStrings || k == kindI18N
}
