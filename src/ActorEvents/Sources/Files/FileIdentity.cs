using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ActorEvents.Sources.Files;

/// <summary>
/// Which file it is: SHA-256 of its path and its first 64 KiB, or of as many bytes as it had when it was first read. How many stands in front of the hash, as
/// in <c>65536-9f86d081884c7d659a2feaa0c55ad015</c>, so that the id alone tells how to check it again and a growing file stays the same one. The first 8
/// digits are of the first 512 bytes only: by them a file that is shorter than it was is told from another one.
/// </summary>
internal sealed record FileIdentity
{
    /// <summary>Bytes that are hashed at most.</summary>
    public const int MaxHashedBytes = 64 * 1024;

    private const int PrefixBytes = 512;
    private const int PrefixDigits = 8;

    private readonly string _name;
    private readonly int _hashed;

    private FileIdentity(string name, int hashed, string id)
    {
        _name = name;
        _hashed = hashed;
        Id = id;
    }

    /// <summary>The id: stands for the topic id in stream names, and is the origin id of the file's events. 34 to 38 characters of 0–9, a–f and '-'.</summary>
    public string Id { get; }

    /// <summary>The id of the file as it is now; one of <paramref name="known"/> if the file still begins as it did then. Null for an empty file.</summary>
    /// <param name="known">Ids under which this file may have been read before; others do no harm.</param>
    /// <param name="name">What counts as its path; null: the full path. For a file that moves with its program.</param>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="FileChangedException">It is one of the known files, cut off within its first 64 KiB.</exception>
    public static FileIdentity? Of(string path, IEnumerable<string> known, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(known);
        known = [.. known];
        name ??= Path.GetFullPath(path);
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var head = Head(file, MaxHashedBytes);
        foreach (var (hashed, id) in known.Select(i => (Hashed: HashedBytes(i), Id: i)).Where(k => k.Hashed > 0 && k.Hashed <= head.Length).OrderByDescending(k => k.Hashed))
        {
            if (IdOf(name, head.AsSpan(0, hashed)) == id)
            {
                return new FileIdentity(name, hashed, id);
            }
        }

        var truncated = known.FirstOrDefault(k => HashedBytes(k) > head.Length && head.Length >= PrefixBytes && Prefix(k) == Prefix(IdOf(name, head)));
        if (truncated is not null)
        {
            throw new FileChangedException(string.Create(
                CultureInfo.InvariantCulture,
                $"The file '{path}' has {head.Length} bytes now, of {HashedBytes(truncated)} or more that it had when it was first read (id {truncated}): it was truncated. Put it back, or give the new file another path or the source another name."));
        }

        return head.Length == 0 ? null : new FileIdentity(name, head.Length, IdOf(name, head));
    }

    /// <summary>Throws if a file that was opened again does not begin as this one did.</summary>
    /// <exception cref="FileChangedException">It is another file.</exception>
    public void Verify(SafeFileHandle file)
    {
        var head = Head(file, _hashed);
        if (head.Length < _hashed || IdOf(_name, head) != Id)
        {
            throw new FileChangedException($"The file '{_name}' was replaced by one that begins differently; it is a new stream, read from its beginning.");
        }
    }

    private static int HashedBytes(string id)
    {
        var dash = id.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && id.Length == dash + 33 && int.TryParse(id.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var hashed) && hashed <= MaxHashedBytes ? hashed : 0;
    }

    private static string Prefix(string id) => id.Substring(id.IndexOf('-', StringComparison.Ordinal) + 1, PrefixDigits);

    private static string IdOf(string name, ReadOnlySpan<byte> head)
    {
        var hash = $"{Hash(name, head[..Math.Min(head.Length, PrefixBytes)])[..PrefixDigits]}{Hash(name, head)[..24]}";
        return string.Create(CultureInfo.InvariantCulture, $"{head.Length}-{hash}");
    }

    private static string Hash(string name, ReadOnlySpan<byte> head)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(name));
        hash.AppendData([0]);
        hash.AppendData(head);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static byte[] Head(SafeFileHandle file, int most)
    {
        var head = new byte[most];
        var length = 0;
        while (length < most)
        {
            var read = RandomAccess.Read(file, head.AsSpan(length), length);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        return head[..length];
    }
}
