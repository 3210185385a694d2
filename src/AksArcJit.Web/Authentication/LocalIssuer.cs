using Microsoft.IdentityModel.Tokens;

namespace AksArcJit.Web.Authentication;

/// <summary>An issuer whose key is at hand: for development on loopback only, which the host that registers it sees to.</summary>
public sealed record LocalIssuer(string Issuer, string Audience, SecurityKey Key);
