namespace ActorHa.Lab;

/// <summary>Something that the person at the keyboard can understand and mend: shown as one line, without a stack trace.</summary>
public sealed class LabException(string message, Exception? inner = null) : Exception(message, inner);
