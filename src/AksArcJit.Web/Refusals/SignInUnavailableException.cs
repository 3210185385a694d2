namespace AksArcJit.Web.Refusals;

/// <summary>The issuer's keys could not be read: nobody can be told from anybody else just now.</summary>
internal sealed class SignInUnavailableException(Exception inner) : Exception(inner.Message, inner);
