using System.Security.Cryptography;
using System.Text;
using AksArcJit.Lifecycle;

namespace AksArcJit.Stores;

/// <summary>A person as an index key: 64 hexadecimal digits, whatever characters the issuer and the object id hold.</summary>
internal static class PersonKey
{
    public static string Of(Person person) =>
        // The length keeps (ab, c) and (a, bc) apart.
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{person.Issuer.Length}:{person.Issuer}{person.ObjectId}")));
}
