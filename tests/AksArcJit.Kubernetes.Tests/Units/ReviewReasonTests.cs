using AksArcJit.Broker.Ports;
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
    [InlineData("Access allowed by Azure RBAC Role Assignment 59ae41cff153441994fce848787e000b of Role 7f6c6a51bcf842ba922052d62157d7db to user e")]
    public void Binding_WhenNoneIsNamedForSure_ThenNull(string? reason) => Assert.Null(ReviewReason.Binding(reason));

    private const string Id = "59ae41cff153441994fce848787e000b";
    private const string Role = "7f6c6a51bcf842ba922052d62157d7db";
    private const string Guid = "59ae41cf-f153-4419-94fc-e848787e000b";
    private const string Resource = "/subscriptions/" + Guid + "/resourceGroups/rg.1_(a)/providers/Microsoft.Kubernetes/connectedClusters/c/providers/Microsoft.Authorization/roleAssignments/" + Guid;
    private const string RoleResource = "/providers/Microsoft.Authorization/roleDefinitions/" + Guid;

    [Theory]
    [InlineData($"Access allowed by Azure RBAC Role Assignment {Id} of Role {Role} to user e@x.example", Id, Role)]
    [InlineData($"Access allowed by Azure RBAC Role Assignment {Guid} of Role {Role} to user e@x.example", Guid, Role)]
    [InlineData($"Access allowed by Azure RBAC Role Assignment {Resource} of Role {RoleResource} to user user", Resource, RoleResource)]
    public void Assignment_WhenAzureNamesOne_ThenThatOne(string reason, string id, string role) =>
        Assert.Equal(new AzureRoleAssignment(id, role), ReviewReason.Assignment(reason, ReviewedUser.Of("e@x.example", null)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    // For discovery by everybody, and what is told where Azure's answer names no assignment.
    [InlineData("Access allowed by Azure RBAC")]
    [InlineData("Access allowed by Azure RBAC Role Assignment  of Role  to user e@x.example")]
    [InlineData($"Access allowed by Azure RBAC Role Assignment {Id} of Role  to user e@x.example")]
    [InlineData($"Access allowed by Azure RBAC Role Assignment {Id} of Role {Role} to user ")]
    [InlineData($"Access allowed by Azure RBAC Role Assignment {Id} of Role {Role} to user somebody-else")]
    [InlineData($"Access allowed by Azure RBAC Role Assignment {Id} of Role {Role} to user e@x.example, or so")]
    [InlineData($"Access allowed by Azure RBAC Role Assignment {Id} of Role {Role} to user e@x.example\n")]
    [InlineData($"access allowed by azure rbac role assignment {Id} of role {Role} to user e@x.example")]
    [InlineData($"webhook says: Access allowed by Azure RBAC Role Assignment {Id} of Role {Role} to user e@x.example")]
    [InlineData($"Access allowed by Azure RBAC Role Assignment admins of Role {Role} to user e@x.example")]
    [InlineData($"Access allowed by Azure RBAC Role Assignment {Id} or any other of Role {Role} to user e@x.example")]
    [InlineData($"Access allowed by Azure RBAC Role Assignment {RoleResource} of Role {Role} to user e@x.example")]
    [InlineData($"Access allowed by Azure RBAC Role Assignment {Id}0 of Role {Role} to user e@x.example")]
    [InlineData("""RBAC: allowed by ClusterRoleBinding "a" of ClusterRole "view" to User "e@x.example" """)]
    public void Assignment_WhenNoneIsNamedForSure_ThenNull(string? reason) =>
        Assert.Null(ReviewReason.Assignment(reason, ReviewedUser.Of("e@x.example", null)));
}
