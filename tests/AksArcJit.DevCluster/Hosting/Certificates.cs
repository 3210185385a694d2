using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AksArcJit.DevCluster.Hosting;

/// <summary>
/// A certificate for loopback and the authority that signed it: kubectl sends no bearer token over plain HTTP. The
/// authority's key is dropped at once. Kept with the state, so that clients survive a restart.
/// </summary>
internal sealed record Certificates(X509Certificate2 Server, string AuthorityPem)
{
    public static Certificates LoadOrCreate(string directory)
    {
        var (server, authority) = (Path.Combine(directory, "server.pfx"), Path.Combine(directory, "ca.crt"));
        if (!File.Exists(server) || !File.Exists(authority))
        {
            var (pfx, pem) = Create();
            PrivateFile.Write(authority, System.Text.Encoding.ASCII.GetBytes(pem));
            PrivateFile.Write(server, pfx);
        }
        return new(X509CertificateLoader.LoadPkcs12FromFile(server, null), File.ReadAllText(authority));
    }

    private static (byte[] Pfx, string AuthorityPem) Create()
    {
        // The wall clock, not the cluster's: clients check validity against theirs.
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(5));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=devcluster-ca", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, true));
        authorityRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authorityRequest.PublicKey, false));
        using var authority = authorityRequest.CreateSelfSigned(from, to);

        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var serverRequest = new CertificateRequest("CN=devcluster", serverKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        serverRequest.CertificateExtensions.Add(names.Build());
        serverRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        serverRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        serverRequest.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var signed = serverRequest.Create(authority, from, to, RandomNumberGenerator.GetBytes(8));
        using var server = signed.CopyWithPrivateKey(serverKey);
        return (server.Export(X509ContentType.Pkcs12), authority.ExportCertificatePem());
    }
}
