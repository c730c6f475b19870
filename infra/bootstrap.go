package infra

// BootstrapVersion is the oldest version of the CDK's bootstrap stack with which a stage can be
// deployed: the requiresBootstrapStackVersion of the cloud assembly.
const BootstrapVersion = 6
