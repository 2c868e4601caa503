using ActorEvents.Hosting;
using ActorEvents.Journal.Tail;
using ActorEvents.Shop.Feed;
using ActorEvents.Shop.Totals;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Shop;

/// <summary>Adds the shop to a node.</summary>
public static class ShopHosting
{
    /// <summary>The file that is fed by default.</summary>
    public static string DefaultFile => Path.Combine(AppContext.BaseDirectory, "shop-data", "online-retail.csv");

    /// <summary>
    /// The shop's handlers, its feed (if it is on) and its totals. The Kafka source of <see cref="Topics.OrderLines"/> and <see cref="Topics.Orders"/> is the
    /// host's to add.
    /// </summary>
    /// <param name="producer">What the feed publishes through.</param>
    public static ActorEventsBuilder AddShop(
        this ActorEventsBuilder builder, IServiceCollection services, ShopOptions options, IFeedProducer producer)
    {
        builder.AddShopHandlers(options);
        services.AddSingleton(provider => new TotalsProjection(provider.GetRequiredService<JournalTail>()));
        if (options.Feed)
        {
            services.AddSingleton(_ => new ShopFeed(options.File is { Length: > 0 } file ? file : DefaultFile, options.Rate, producer));
            builder.AddSource(provider => provider.GetRequiredService<ShopFeed>());
        }

        services.AddSingleton(provider => new ShopCompletion(
            provider.GetRequiredService<ActorEventsNode>(),
            provider.GetRequiredService<TotalsProjection>(),
            provider.GetRequiredService<JournalTail>(),
            provider.GetService<ShopFeed>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ShopCompletion>>()));
        services.AddHostedService(provider => provider.GetRequiredService<ShopCompletion>());
        return builder;
    }

    /// <summary>
    /// <c>GET /shop/totals</c>: the totals of everything that is committed when it is asked, whichever node is asked. 503 with the reason while the journal
    /// cannot be read.
    /// </summary>
    public static IEndpointRouteBuilder MapShopTotals(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/shop/totals", async (TotalsProjection totals, CancellationToken cancellationToken) =>
        {
            try
            {
                return Results.Json(await totals.ReadAsync(cancellationToken), ShopCompletion.Json);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                return Results.Json(new { error = e.Message }, statusCode: StatusCodes.Status503ServiceUnavailable);
            }
        });
        return endpoints;
    }
}
