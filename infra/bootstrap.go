package infra

// BootstrapVersion is the oldest version of the CDK's bootstrap stack that these stacks can be deployed with: what CDK
// writes into the cloud assembly as requiresBootstrapStackVersion.
const BootstrapVersion = 6
