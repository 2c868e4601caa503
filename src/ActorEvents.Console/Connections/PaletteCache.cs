using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Connections;

/// <summary>
/// The last palettes of each node and user, with their ETag: a node that answers 304 need not send them. Losing a file costs a download, so nothing here fails.
/// </summary>
internal sealed class PaletteCache(string folder)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    public static PaletteCache Of(Terminal terminal) => new(terminal.Folder("XDG_CACHE_HOME", ".cache"));

    public (string ETag, ReadOnlyMemory<byte> Body)? Find(Endpoint endpoint, string? token)
    {
        try
        {
            var file = File.ReadAllBytes(PathOf(endpoint, token));
            var end = file.AsSpan().IndexOf((byte)'\n');
            return end > 0 ? (Encoding.UTF8.GetString(file, 0, end), file.AsMemory(end + 1)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Store(Endpoint endpoint, string? token, string etag, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        try
        {
            PrivateFile.Replace(PathOf(endpoint, token), [.. Encoding.UTF8.GetBytes(etag + "\n"), .. body]);
            // A node's socket is named after its process: each restart leaves a file behind.
            foreach (var old in Directory.EnumerateFiles(folder, "palettes-*").Where(f => File.GetLastWriteTimeUtc(f) < (now - Kept).UtcDateTime))
            {
                File.Delete(old);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private string PathOf(Endpoint endpoint, string? token)
    {
        var key = SHA256.HashData(Encoding.UTF8.GetBytes($"{endpoint.Name}\n{token}"));
        return Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"palettes-{Convert.ToHexStringLower(key.AsSpan(0, 8))}"));
    }
}
