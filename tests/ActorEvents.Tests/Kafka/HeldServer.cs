using System.Diagnostics;

namespace ActorEvents.Tests.Kafka;

/// <summary>A server whose shell holds it until standard input closes, so that it ends with this process however that ends.</summary>
internal static class HeldServer
{
    /// <summary>Ends it, and waits until it has.</summary>
    public static async Task LetGoAsync(Process shell)
    {
        shell.StandardInput.Close();
        await shell.WaitForExitAsync();
        shell.Dispose();
    }
}
