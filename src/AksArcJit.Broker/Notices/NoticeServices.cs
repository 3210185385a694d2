using AksArcJit.Broker.Following;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AksArcJit.Broker.Notices;

public static class NoticeServices
{
    /// <summary>Notices to people. Needs from the host every <see cref="INoticeChannel"/>, and that the journal is followed (<see cref="FollowingServices.AddFollowing"/>).</summary>
    public static IServiceCollection AddNotices(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<NoticeOptions>().Bind(configuration.GetSection(NoticeOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<NoticeOptions>, NoticeOptionsValidation>();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<NoticeOptions>>().Value);
        services.AddSingleton<Outstanding>();
        services.AddSingleton<IFollower>(provider => provider.GetRequiredService<Outstanding>());
        services.AddSingleton(provider => new Readers(
            provider.GetRequiredService<ClusterBook>(), provider.GetRequiredService<NoticeOptions>(), [.. provider.GetServices<INoticeChannel>()]));
        services.AddSingleton<NoticeHealth>();
        services.AddSingleton<NoticeWriter>();
        services.AddSingleton<Courier>();
        services.AddSingleton<NoticeLoop>();
        return services;
    }
}
