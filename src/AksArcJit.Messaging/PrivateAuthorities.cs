using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace AksArcJit.Messaging;

/// <summary>The authorities of a file instead of the machine's; name and dates hold as ever.</summary>
internal static class PrivateAuthorities
{
    /// <param name="caFile">PEM.</param>
    public static RemoteCertificateValidationCallback Trusting(string caFile)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(caFile);
        return (_, certificate, sent, faults) =>
        {
            if (certificate is null || (faults & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
                return false;
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            foreach (var element in sent?.ChainElements ?? new X509Chain().ChainElements)
                chain.ChainPolicy.ExtraStore.Add(element.Certificate);
            using var own = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
            return chain.Build(own);
        };
    }
}
