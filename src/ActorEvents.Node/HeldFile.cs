using System.Globalization;

namespace ActorEvents.Node;

/// <summary>A file that one process holds until it ends, however it ends; beside it (<c>.holder</c>) stands who that is.</summary>
internal sealed class HeldFile : IDisposable
{
    private readonly FileStream _held;

    private HeldFile(FileStream held) => _held = held;

    /// <summary>Takes it, or says who holds it.</summary>
    /// <param name="what">What it stands for, for whoever finds it held.</param>
    /// <returns>Null: it is held.</returns>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It is another user's.</exception>
    public static HeldFile? TryTake(string file, string what, out string holder)
    {
        var said = file + ".holder";
        holder = "";
        FileStream held;
        try
        {
            held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(file))
        {
            holder = Read(said);
            return null;
        }

        try
        {
            File.WriteAllText(said, string.Create(
                CultureInfo.InvariantCulture,
                $"process {Environment.ProcessId} on {Environment.MachineName} since {TimeProvider.System.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'}{what}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only for people; a full disk is said where something depends on it.
        }

        return new HeldFile(held);
    }

    public void Dispose() => _held.Dispose();

    private static string Read(string said)
    {
        try
        {
            return File.ReadAllText(said) is { Length: > 0 } text ? text : "another process";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
