using System.Buffers;
using System.Text;

namespace ActorEvents.Events.Codecs;

/// <summary>Which place of an event an attribute has.</summary>
internal enum AttributePlace
{
    Extension,
    PartitionKey,
    SpecVersion,
    Id,
    Source,
    Type,
    Subject,
    Time,
    DataSchema,
    DataContentType,
    Data,
    OriginId,
    OriginNumber,
}

/// <summary>The name of an attribute, which keeps the naming rule, and its place in an event.</summary>
internal sealed record AttributeName(string Text, AttributePlace Place);

/// <summary>Finds attribute names by their bytes, without a string for those that repeat. Not thread-safe.</summary>
internal sealed class AttributeNames
{
    private static readonly SearchValues<byte> s_allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789"u8);

    /// <summary>By length: at most three names have the same.</summary>
    private static readonly (byte[] Utf8, AttributeName Name)[][] s_known = ByLength(
        new("specversion", AttributePlace.SpecVersion),
        new("id", AttributePlace.Id),
        new("source", AttributePlace.Source),
        new("type", AttributePlace.Type),
        new("subject", AttributePlace.Subject),
        new("time", AttributePlace.Time),
        new("dataschema", AttributePlace.DataSchema),
        new("datacontenttype", AttributePlace.DataContentType),
        new("data", AttributePlace.Data),
        new("partitionkey", AttributePlace.PartitionKey),
        new(EventOrigin.IdAttribute, AttributePlace.OriginId),
        new(EventOrigin.NumberAttribute, AttributePlace.OriginNumber));

    private readonly TextCache<AttributeName> _extensions = new();

    /// <summary>Null: the bytes break the naming rule.</summary>
    public AttributeName? Find(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length < s_known.Length)
        {
            foreach (var (known, name) in s_known[utf8.Length])
            {
                if (utf8.SequenceEqual(known))
                {
                    return name;
                }
            }
        }

        return _extensions.Find(utf8) ?? Extension(utf8);
    }

    private AttributeName? Extension(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty || utf8.ContainsAnyExcept(s_allowed))
        {
            return null;
        }

        var name = new AttributeName(Encoding.ASCII.GetString(utf8), AttributePlace.Extension);
        _extensions.Add(utf8, name);
        return name;
    }

    private static (byte[], AttributeName)[][] ByLength(params AttributeName[] names)
    {
        var longest = names.Max(n => n.Text.Length);
        return [.. Enumerable.Range(0, longest + 1).Select(length =>
            names.Where(n => n.Text.Length == length).Select(n => (Encoding.ASCII.GetBytes(n.Text), n)).ToArray())];
    }
}
