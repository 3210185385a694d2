namespace AksArcJit.Kubernetes.Credentials;

/// <summary>There are no credentials to send a request with. The message holds no secret.</summary>
internal sealed class CredentialException(string message) : Exception(message);
