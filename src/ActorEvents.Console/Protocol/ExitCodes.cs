namespace ActorEvents.Aectl.Protocol;

/// <summary>The exit codes of aectl and of a command's last frame: those of sysexits where they exist.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Partial = 3;
    public const int Unhealthy = 10;
    public const int Usage = 64;
    public const int BadData = 65;
    public const int NotFound = 66;
    public const int Unavailable = 69;
    public const int Internal = 70;
    public const int Precondition = 73;
    public const int TimedOut = 75;
    public const int NotAllowed = 77;
    public const int BadConfiguration = 78;
    public const int Interrupted = 130;
}
