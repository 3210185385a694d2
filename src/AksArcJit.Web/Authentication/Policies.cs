using Microsoft.AspNetCore.Builder;

namespace AksArcJit.Web.Authentication;

internal static class Policies
{
    /// <summary>Any of the roles opens the door; what is behind it is settled object by object.</summary>
    public static TBuilder For<TBuilder>(this TBuilder endpoint, params string[] roles)
        where TBuilder : IEndpointConventionBuilder => endpoint.RequireAuthorization(policy => policy.RequireRole(roles));
}
