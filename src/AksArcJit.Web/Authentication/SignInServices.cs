using AksArcJit.Web.Refusals;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace AksArcJit.Web.Authentication;

internal static class SignInServices
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(2);

    public static IServiceCollection AddSignIn(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SignInOptions>().Bind(configuration.GetSection(SignInOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SignInOptions>>(provider => new SignInOptionsValidation(provider.GetService<LocalIssuer>()));
        services.AddAuthorization();
        services.Configure<KeyManagementOptions>(keys => (keys.XmlRepository, keys.XmlEncryptor) = (new KeyRingInMemory(), new NullXmlEncryptor()));
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<IServiceProvider>((bearer, provider) => Configure(
                bearer, provider.GetRequiredService<IOptions<SignInOptions>>().Value, provider.GetService<LocalIssuer>(), provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    private static void Configure(JwtBearerOptions bearer, SignInOptions options, LocalIssuer? local, TimeProvider time)
    {
        bearer.MapInboundClaims = false;
        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            NameClaimType = "name",
            RoleClaimType = "roles",
            // Never HMAC, never none: a token is signed by a key that only its issuer holds (RFC 8725 section 3.1).
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256],
            ValidAudience = local?.Audience ?? options.Audience,
            ValidateAudience = true,
            ValidateIssuer = true,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            // The broker's own clock: one that never runs back, and that tests hold.
            LifetimeValidator = (notBefore, expires, _, _) =>
                expires is { } end && time.GetUtcNow().UtcDateTime < end + ClockSkew && (notBefore is not { } start || time.GetUtcNow().UtcDateTime >= start - ClockSkew),
        };
        if (local is not null)
        {
            bearer.TokenValidationParameters.ValidIssuer = local.Issuer;
            bearer.TokenValidationParameters.IssuerSigningKey = local.Key;
        }
        else
        {
            bearer.Authority = options.Authority;
        }
        bearer.Events = new JwtBearerEvents
        {
            OnTokenValidated = context =>
            {
                if (Caller.Of(context.Principal!) is null)
                    context.Fail("The token names no person (claims iss and oid).");
                return Task.CompletedTask;
            },
            // A token's own faults come as results; an exception of this kind means that the issuer's keys could not be read.
            OnAuthenticationFailed = context => context.Exception is InvalidOperationException
                ? throw new SignInUnavailableException(context.Exception)
                : Task.CompletedTask,
        };
    }
}
