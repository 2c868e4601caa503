namespace ActorEvents.Node;

/// <summary>How the process ends.</summary>
internal static class ExitCodes
{
    /// <summary>Drained, or had nothing to drain.</summary>
    public const int Ok = 0;

    /// <summary>Cannot start or go on: journal, broker, port, folder; the last line says why.</summary>
    public const int Failed = 1;

    /// <summary>A setting or argument is wrong.</summary>
    public const int BadSetting = 2;

    /// <summary>Stopped without draining whole: the deadline passed. Nothing acknowledged is lost.</summary>
    public const int NotDrained = 3;

    /// <summary>A second signal ended it at once.</summary>
    public const int Aborted = 130;
}
