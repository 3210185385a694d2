namespace AksArcJit.Kubernetes.Credentials;

/// <summary>There are no credentials to send a request with. The message holds no secret.</summary>
internal sealed class CredentialException(CredentialTrouble trouble) : Exception(trouble.Detail)
{
    public CredentialTrouble Trouble => trouble;
}

/// <param name="Brief">For anybody: no path, no address, no other program's words.</param>
/// <param name="Detail">For operators; holds no secret.</param>
internal sealed record CredentialTrouble(string Brief, string Detail);
