using ActorEvents.Handlers;
using ActorEvents.Relay;
using ActorEvents.Sources;
using Akka.Hosting;

namespace ActorEvents.Hosting;

/// <summary>What a node is made of: handlers, sources, where outgoing events go.</summary>
public sealed class ActorEventsBuilder(ActorEventsOptions options)
{
    private readonly List<HandlerDefinition> _handlers = [];
    private readonly List<Func<IServiceProvider, IEventSource>> _sources = [];

    /// <summary>Settings of the runtime.</summary>
    public ActorEventsOptions Options => options;

    internal IReadOnlyList<HandlerDefinition> Handlers => _handlers;

    internal IReadOnlyList<Func<IServiceProvider, IEventSource>> Sources => _sources;

    internal Func<IServiceProvider, IRelayDestination>? Destination { get; private set; }

    internal Action<AkkaConfigurationBuilder, IServiceProvider>? Akka { get; private set; }

    /// <summary>Adds a handler type.</summary>
    /// <param name="name">Unique and for ever: part of persistence ids. 1 to 64 characters of a–z, 0–9, '-', '.'.</param>
    /// <exception cref="ArgumentException">The name is taken or malformed, there are more than 62 handlers, or the journal would not give back a registered type.</exception>
    public ActorEventsBuilder AddHandler<TState>(string name, IEventHandler<TState> handler, Action<HandlerRegistration<TState>> register)
        where TState : notnull
    {
        if (_handlers.Any(h => h.Name == name))
        {
            throw new ArgumentException($"There is a handler '{name}' already; names are unique.");
        }

        if (_handlers.Count == 62)
        {
            throw new ArgumentException($"Handler '{name}' is the 63rd; a node takes 62.");
        }

        var registration = new HandlerRegistration<TState>(name, handler, Options.Events.MaxBytes);
        register(registration);
        var definition = registration.Build();
        if (_handlers.Find(h => h.StoredName == definition.StoredName) is { } other)
        {
            throw new ArgumentException($"Handlers '{other.Name}' and '{name}' would share the entities of '{definition.StoredName}'; one of them may.");
        }

        _handlers.Add(definition);
        return this;
    }

    /// <summary>Adds a source; its name must be unique.</summary>
    public ActorEventsBuilder AddSource(IEventSource source) => AddSource(_ => source);

    /// <summary>Adds a source that is made when the node starts, before its actor system: it must not ask for that one.</summary>
    public ActorEventsBuilder AddSource(Func<IServiceProvider, IEventSource> source)
    {
        _sources.Add(source);
        return this;
    }

    /// <summary>Where the relay publishes what handlers emit. None: outgoing events stay in the journal until there is one.</summary>
    public ActorEventsBuilder PublishTo(Func<IServiceProvider, IRelayDestination> destination)
    {
        Destination = destination;
        return this;
    }

    /// <summary>The actor system's own configuration, open for what a host adds.</summary>
    public ActorEventsBuilder ConfigureAkka(Action<AkkaConfigurationBuilder, IServiceProvider> configure)
    {
        Akka += configure;
        return this;
    }
}
