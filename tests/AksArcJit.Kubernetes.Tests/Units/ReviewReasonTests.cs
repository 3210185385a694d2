using AksArcJit.Kubernetes.Access;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Kubernetes.Tests.Units;

public sealed class ReviewReasonTests
{
    [Theory]
    [InlineData("""RBAC: allowed by ClusterRoleBinding "a:b.c" of ClusterRole "view" to User "e" """, "a:b.c", "")]
    [InlineData("""RBAC: allowed by RoleBinding "b/ns" of Role "r" to Group "g" """, "b", "ns")]
    [InlineData("""RBAC: allowed by RoleBinding "b/ns" of ClusterRole "r" to ServiceAccount "d/s" """, "b", "ns")]
    public void Binding_WhenTheAuthorizerNamesOne_ThenThatOne(string reason, string name, string inNamespace) =>
        Assert.Equal(new BindingName(name, inNamespace), ReviewReason.Binding(reason));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("access granted by Azure RBAC")]
    [InlineData("""webhook says: RBAC: allowed by ClusterRoleBinding "a" of ClusterRole "view" to User "e" """)]
    // A name with a quote in it, as Go writes it: it could pretend to be another's.
    [InlineData("""RBAC: allowed by ClusterRoleBinding "a\" of ClusterRole" of ClusterRole "view" to User "e" """)]
    [InlineData("""RBAC: allowed by RoleBinding "a" of Role "r" to User "e" """)]
    public void Binding_WhenNoneIsNamedForSure_ThenNull(string? reason) => Assert.Null(ReviewReason.Binding(reason));
}
