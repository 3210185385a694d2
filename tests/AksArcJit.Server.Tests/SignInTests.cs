using System.Security.Cryptography;
using System.Text;
using AksArcJit.Server.Tests.Harness;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AksArcJit.Server.Tests;

public sealed class SignInTests(BrokerHarness broker) : IClassFixture<BrokerHarness>
{
    [Theory]
    [InlineData("none", 401)]
    [InlineData("garbage", 401)]
    [InlineData("unsigned", 401)]
    [InlineData("another key", 401)]
    [InlineData("symmetric", 401)]
    [InlineData("another audience", 401)]
    [InlineData("another issuer", 401)]
    [InlineData("expired", 401)]
    [InlineData("not yet valid", 401)]
    [InlineData("no person", 401)]
    [InlineData("no role", 403)]
    [InlineData("right", 200)]
    public async Task Token_CountsOnlyWhenAllOfItIsRight(string what, int status)
    {
        using var http = broker.Client(what switch { "none" => null, "garbage" => "a.b.c", _ => Token(what) });
        using var caller = new Api(http);

        var answer = await caller.SendAsync(HttpMethod.Get, "/api/v1/clusters");

        Assert.True(answer.Status == status, answer.Text);
        if (status == 401)
            Assert.Equal("urn:aksarcjit:problem:sign-in-required", answer["type"]);
    }

    [Fact]
    public void Files_OfTheDevelopmentIssuer_AreTheOwnersOnly()
    {
        Assert.Equal("11111111-1111-1111-1111-111111111111@https://dev.aksarcjit.invalid", broker.Person("engineer"));
        if (OperatingSystem.IsWindows())
            return;
        foreach (var file in new[] { "dev-key", "dev-tokens.json" })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(broker.Directory, file)));
    }

    private string Token(string what)
    {
        using var ours = ECDsa.Create();
        ours.ImportFromPem(File.ReadAllText(Path.Combine(broker.Directory, "dev-key")));
        using var another = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = new ECDsaSecurityKey(what == "another key" ? another : ours) { CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } };
        var now = DateTime.UtcNow;
        var claims = new Dictionary<string, object> { ["oid"] = BrokerHarness.Engineer, ["roles"] = what == "no role" ? Array.Empty<string>() : ["Engineer"] };
        if (what == "no person")
            claims.Remove("oid");
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = what == "another issuer" ? "https://login.example" : BrokerHarness.DevIssuer,
            Audience = what == "another audience" ? "another" : "aksarcjit-dev",
            IssuedAt = now.AddHours(-2),
            NotBefore = what == "not yet valid" ? now.AddHours(1) : now.AddHours(-2),
            Expires = what == "expired" ? now.AddHours(-1) : now.AddHours(2),
            Claims = claims,
            SigningCredentials = what == "symmetric"
                ? new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(ours.ExportSubjectPublicKeyInfoPem())), SecurityAlgorithms.HmacSha256)
                : new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256),
        });
        return what == "unsigned" ? $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{token.Split('.')[1]}." : token;
    }
}
