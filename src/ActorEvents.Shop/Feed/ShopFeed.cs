using System.Security.Cryptography;
using ActorEvents.Journal.Stores;
using ActorEvents.Shop.Contract;
using ActorEvents.Sources;
using Akka.Actor;

namespace ActorEvents.Shop.Feed;

/// <summary>
/// Feeds the data set to <c>shop.order-lines</c>, beside the EventStream: file → producer, the invoice as key, the line as origin. On one node of the
/// cluster at a time. Its position is stored after the acknowledgement and together with the topic id: another topic id starts the file again.
/// </summary>
public sealed class ShopFeed(string file, int rate, IFeedProducer producer) : IEventSource
{
    private const int Hashed = 64 * 1024;

    /// <summary>The name of this source.</summary>
    public const string SourceName = "shop-feed";

    public string Name => SourceName;

    public SourcePlacement Placement => SourcePlacement.Singleton;

    public string Describe => $"feed of {file} to {Topics.OrderLines}";

    /// <summary>The file.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(file);

    /// <summary>Lines a second at most; 0: no limit.</summary>
    public int Rate => rate;

    /// <summary>What the file is: the name and the SHA-256 of its first 64 KiB. Origin id of its lines.</summary>
    public string FileId { get; } = IdOf(file);

    internal IFeedProducer Producer => producer;

    public Props Props(SourceContext context) => Akka.Actor.Props.Create(() => new ShopFeedActor(context, this));

    /// <summary>Where the feed's position for one incarnation of the topic is stored.</summary>
    public string PositionName(string topicId) => $"{Name}/{topicId}/{FileId}";

    internal string CompleteName(string topicId) => PositionName(topicId) + "/complete";

    /// <summary>Whether the whole file is in the present topic.</summary>
    public async Task<(bool Complete, long Lines)> ProgressAsync(IPositionStore positions, CancellationToken cancellationToken)
    {
        var topicId = await producer.TopicIdAsync(Topics.OrderLines, cancellationToken);
        var position = await positions.ReadAsync(PositionName(topicId), cancellationToken);
        var complete = await positions.ReadAsync(CompleteName(topicId), cancellationToken);
        return (complete is not null, position is { } p ? p.Next - 1 : 0);
    }

    private static string IdOf(string file)
    {
        using var stream = File.OpenRead(file);
        var head = new byte[Math.Min(Hashed, stream.Length)];
        stream.ReadExactly(head);
        return $"{System.IO.Path.GetFileName(file)}-{Convert.ToHexStringLower(SHA256.HashData(head))[..16]}";
    }
}
