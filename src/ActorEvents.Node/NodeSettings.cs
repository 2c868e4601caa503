using System.ComponentModel.DataAnnotations;
using ActorEvents.Hosting;
using ActorEvents.Journal;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Embedded;
using ActorEvents.Node.Settings;
using ActorEvents.Node.Sources;
using ActorEvents.Relay;
using ActorEvents.Shop;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using ActorEvents.Web.Admin;

namespace ActorEvents.Node;

/// <summary>Everything that can be set, section by section; the keys are the properties in kebab case below <c>actor-events</c>.</summary>
public sealed class NodeSettings
{
    /// <summary>The options of the runtime: the sections that it has.</summary>
    internal ActorEventsOptions Runtime { get; } = new();

    /// <summary>Folder for everything that the node stores; relative to the working directory. Default <c>data</c>.</summary>
    [Required]
    public string Data { get; set; } = "data";

    /// <summary>End when the shop is done. Default false: the node stays and takes whatever comes.</summary>
    public bool ExitWhenDone { get; set; }

    /// <summary>Section <c>http</c>.</summary>
    public HttpSettings Http { get; } = new();

    /// <summary>Section <c>events</c>.</summary>
    public EventOptions Events => Runtime.Events;

    /// <summary>Section <c>journal</c>.</summary>
    public JournalSettings Journal { get; } = new();

    /// <summary>Section <c>kafka</c>.</summary>
    public KafkaSettings Kafka { get; } = new();

    /// <summary>Section <c>sources</c>.</summary>
    public NamedSections<SourceSettings> Sources { get; } = SourceSettings.None();

    /// <summary>Section <c>flow</c>.</summary>
    public FlowOptions Flow => Runtime.Flow;

    /// <summary>Section <c>delivery</c>.</summary>
    public DeliveryOptions Delivery => Runtime.Delivery;

    /// <summary>Section <c>relay</c>.</summary>
    public RelayOptions Relay => Runtime.Relay;

    /// <summary>Section <c>cluster</c>.</summary>
    public ClusterOptions Cluster => Runtime.Cluster;

    /// <summary>Section <c>admin</c>.</summary>
    public AdminOptions Admin { get; } = new();

    /// <summary>Section <c>shop</c>.</summary>
    public ShopOptions Shop { get; } = new();

    /// <summary>What does not go together; null: nothing.</summary>
    internal string? Problem() => (ExitWhenDone && !Shop.Enabled, Relay.ExactlyOnce && Kafka.IsEmbedded) switch
    {
        (true, _) => "exit-when-done = on, but shop.enabled = off: only the shop is ever done. Leave --exit-when-done out, or set shop.enabled = on.",
        (_, true) => "relay.exactly-once = on, but kafka.bootstrap-servers = embedded: the embedded broker has no transactions. Name a Kafka broker, or leave relay.exactly-once off.",
        _ => null,
    };

    /// <summary>Whether its partitions wait for this node when it stops.</summary>
    internal bool IsStaticMember => Kafka.Membership == KafkaMembership.Static || (Kafka.Membership == KafkaMembership.Auto && Cluster.SeedNodes.Count == 0);

    internal SourceDefaults ForSources(string nodeId) => new(Kafka, Events.MaxBytes, IsStaticMember ? nodeId : null);
}

/// <summary>Where the node serves HTTP.</summary>
public sealed class HttpSettings
{
    /// <summary>Address. Default 127.0.0.1.</summary>
    [Required]
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>Port; 0: any free one. Default 8080.</summary>
    [Range(0, 65_535)]
    public int Port { get; set; } = 8080;
}

/// <summary>Where the journal is.</summary>
public sealed class JournalSettings
{
    /// <summary><c>sqlite</c> or <c>postgresql</c>. Default sqlite.</summary>
    public JournalProvider Provider { get; set; }

    /// <summary>SQLite: the file. Default: <c>journal.db</c> in the data folder.</summary>
    public string SqliteFile { get; set; } = "";

    /// <summary>SQLite: when a transaction is done, <c>full</c> or <c>normal</c>. Default full.</summary>
    public SqliteSynchronous SqliteSynchronous { get; set; }

    /// <summary>PostgreSQL: connection string in Npgsql's form.</summary>
    public string ConnectionString { get; set; } = "";
}

/// <summary>Kafka: client, source, embedded broker.</summary>
public sealed class KafkaSettings : KafkaClientOptions
{
    /// <summary>Where a partition starts that was never read. Default earliest.</summary>
    public KafkaStart Start { get; set; } = KafkaStart.Earliest;

    /// <summary>Section <c>kafka.embedded</c>.</summary>
    public EmbeddedSettings Embedded { get; } = new();
}

/// <summary>The broker in memory that a node runs for itself.</summary>
public sealed class EmbeddedSettings
{
    /// <summary>Its port. Default 19092.</summary>
    [Range(1, 65_535)]
    public int Port { get; set; } = EmbeddedBrokerOptions.DefaultPort;
}
