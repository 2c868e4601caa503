using System.Collections.Concurrent;
using System.Text;

namespace ActorEvents.Handlers;

/// <summary>
/// What rejections have in common, so that they can be counted: the reason with '#' for each run of digits, at most 120 characters of it. Bounded: beyond <see cref="Capacity"/> kinds all
/// others are <c>other</c>.
/// </summary>
internal sealed class RejectionKinds
{
    /// <summary>Kinds of one handler that are told apart.</summary>
    public const int Capacity = 100;

    private const int MaxLength = 120;
    private readonly ConcurrentDictionary<string, bool> _kinds = new(StringComparer.Ordinal);

    public string KindOf(string reason)
    {
        var kind = new StringBuilder();
        foreach (var c in reason.AsSpan(0, Math.Min(reason.Length, MaxLength)))
        {
            if (!char.IsAsciiDigit(c))
            {
                kind.Append(c);
            }
            else if (kind.Length == 0 || kind[^1] != '#')
            {
                kind.Append('#');
            }
        }

        var text = kind.ToString();
        return _kinds.ContainsKey(text) || (_kinds.Count < Capacity && _kinds.TryAdd(text, true)) ? text : "other";
    }
}
