using System.Security.Cryptography;
using System.Text;

namespace AksArcJit.Lifecycle;

/// <summary>Exactly what is asked for and consented to. What an approver sees is what this hashes.</summary>
/// <param name="Subject">The name by which the cluster knows the engineer (the User of the binding).</param>
/// <param name="StartAt">UTC; null starts at consent.</param>
/// <param name="Duration">Length of the window, counted from the moment the binding is in force.</param>
/// <param name="RulesHash">The hash of the role's live rules (<see cref="Roles.RoleRules.Hash"/>).</param>
public sealed record Terms(
    RequestId Request,
    Person Engineer,
    string Subject,
    ClusterId Cluster,
    string Role,
    Scope Scope,
    DateTimeOffset? StartAt,
    TimeSpan Duration,
    string RulesHash)
{
    /// <summary>What <see cref="Hash"/> hashes: the fields, each with its length in front.</summary>
    public string CanonicalText()
    {
        string[] fields =
        [
            "terms/1", Request.Text, Engineer.Issuer, Engineer.ObjectId, Subject, Cluster.Text, Role, Scope.Text,
            StartAt?.UtcTicks.ToString() ?? "", Duration.Ticks.ToString(), RulesHash,
        ];
        return string.Concat(fields.Select(field => $"{field.Length}:{field};"));
    }

    /// <summary>SHA-256 of <see cref="CanonicalText"/> in UTF-8, 64 lower-case hexadecimal digits.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalText())));
}
