namespace AksArcJit.Hosting;

/// <summary>The host does not start as it is configured. The message is for the operator and says what to change.</summary>
public sealed class StartRefusedException(string message) : Exception(message);
