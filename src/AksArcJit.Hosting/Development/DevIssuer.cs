using System.Security.Cryptography;
using System.Text.Json;
using AksArcJit.Lifecycle;
using AksArcJit.Web.Authentication;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AksArcJit.Hosting.Development;

/// <summary>
/// Signs tokens for development persons with a key of its own directory (ES256). Registered only with <c>--dev</c>, which is refused
/// beyond loopback.
/// </summary>
internal sealed class DevIssuer(string directory)
{
    public const string Issuer = "https://dev.aksarcjit.invalid";
    private const string Audience = "aksarcjit-dev";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly Lazy<ECDsaSecurityKey> _key = new(() => LoadOrCreate(Path.Combine(Directory.CreateDirectory(directory).FullName, "dev-key")));

    public string TokensFile => Path.Combine(directory, "dev-tokens.json");

    public LocalIssuer Local => new(Issuer, Audience, _key.Value);

    public void WriteTokens(DateTimeOffset now)
    {
        var tokens = DevPersons.All.ToDictionary(person => person.Key, person => new
        {
            token = Token(person, now),
            person = new Person(Issuer, person.ObjectId).ToString(),
            name = person.Name,
            roles = person.Roles,
        });
        var part = TokensFile + ".part";
        using (var stream = new FileStream(part, Private(FileMode.Create)))
            JsonSerializer.Serialize(stream, tokens, Readable);
        File.Move(part, TokensFile, overwrite: true);
    }

    private string Token(DevPerson person, DateTimeOffset now) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            SigningCredentials = new SigningCredentials(_key.Value, SecurityAlgorithms.EcdsaSha256),
            Claims = new Dictionary<string, object>
            {
                ["oid"] = person.ObjectId,
                ["sub"] = person.ObjectId,
                ["name"] = person.Name,
                ["upn"] = person.PrincipalName,
                ["email"] = person.PrincipalName,
                ["roles"] = person.Roles.ToArray(),
            },
        });

    private static ECDsaSecurityKey LoadOrCreate(string file)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(file))
        {
            key.ImportFromPem(File.ReadAllText(file));
        }
        else
        {
            using var writer = new StreamWriter(new FileStream(file, Private(FileMode.CreateNew)));
            writer.WriteLine(key.ExportPkcs8PrivateKeyPem());
        }
        return new ECDsaSecurityKey(key);
    }

    private static FileStreamOptions Private(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return options;
    }
}
