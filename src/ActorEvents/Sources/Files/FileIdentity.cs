using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ActorEvents.Sources.Files;

/// <summary>
/// Which file it is: SHA-256 of its path and its first 64 KiB, or of as many bytes as it had when it was first read. How many stands in front of the hash, as
/// in <c>65536-9f86d081884c7d659a2feaa0c55ad015</c>, so that the id alone tells how to check it again and a growing file stays the same one. The first 8
/// digits are of the first 512 bytes only: by them a file that is shorter than it was is told from another one. Of files that begin alike (with the same header, say) the
/// second is <c>65536.1-…</c>.
/// </summary>
/// <param name="Hashed">Bytes that are hashed.</param>
/// <param name="Generation">How many files that began alike were read before.</param>
/// <param name="Hash">32 hexadecimal digits.</param>
internal sealed record FileIdentity(int Hashed, int Generation, string Hash)
{
    /// <summary>Bytes that are hashed at most.</summary>
    public const int MaxHashedBytes = 64 * 1024;

    private const int PrefixBytes = 512;
    private const int PrefixDigits = 8;
    private const int Digits = 32;

    /// <summary>The id: stands for the topic id in stream names, and is the origin id of the file's events. 0–9, a–f, '-' and '.'.</summary>
    public string Id { get; } = string.Create(CultureInfo.InvariantCulture, $"{Hashed}{(Generation == 0 ? "" : $".{Generation}")}-{Hash}");

    /// <summary>Whether a file of these first bytes may be this one, cut off within them.</summary>
    public bool MayHaveBeen(FileHead head) =>
        Hashed > head.Length && head.Length >= PrefixBytes && Hash.AsSpan(0, PrefixDigits).SequenceEqual(head.HashOf(head.Length).AsSpan(0, PrefixDigits));

    /// <summary>Null: this is no id of a file.</summary>
    public static FileIdentity? Parse(string id)
    {
        var dash = id.IndexOf('-', StringComparison.Ordinal);
        if (dash <= 0 || id.Length != dash + 1 + Digits)
        {
            return null;
        }

        var generation = 0;
        var number = id.AsSpan(0, dash);
        if (number.IndexOf('.') is > 0 and var dot)
        {
            if (!int.TryParse(number[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out generation))
            {
                return null;
            }

            number = number[..dot];
        }

        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var hashed) && hashed is > 0 and <= MaxHashedBytes
            ? new FileIdentity(hashed, generation, id[(dash + 1)..])
            : null;
    }

    public static string HashOf(string name, ReadOnlySpan<byte> head) => $"{Sha(name, head[..Math.Min(head.Length, PrefixBytes)])[..PrefixDigits]}{Sha(name, head)[..(Digits - PrefixDigits)]}";

    private static string Sha(string name, ReadOnlySpan<byte> head)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(name));
        hash.AppendData([0]);
        hash.AppendData(head);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
