namespace AksArcJit.Lifecycle.Roles;

/// <summary>What an administrator asks about a role, the gravest first.</summary>
public enum Topic
{
    /// <summary>Who may do what, who gets in, what is let in.</summary>
    AccessControl,
    /// <summary>Passwords, keys, tokens.</summary>
    Secrets,
    /// <summary>What starts programs, or gets inside running ones.</summary>
    Programs,
    /// <summary>Nodes, namespaces, storage: what everything stands on.</summary>
    Infrastructure,
    /// <summary>Everything else that is changed or deleted.</summary>
    Changes,
    /// <summary>What is only looked at.</summary>
    LooksAt,
    /// <summary>Addresses of the API server that are no objects.</summary>
    Addresses,
}
