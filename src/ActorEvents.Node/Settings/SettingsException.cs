namespace ActorEvents.Node.Settings;

/// <summary>A setting that cannot be taken; the message names setting, value, where it came from, and the form or the nearest valid name.</summary>
public sealed class SettingsException(string message) : Exception(message);
