using AksArcJit.Broker.Ports;
using AksArcJit.Messaging.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AksArcJit.Messaging.Notices;

public static class NoticeChannelServices
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>The channels that section <c>notices</c> names, in the order in which they are tried where the options name none.</summary>
    public static IServiceCollection AddNoticeChannels(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(NoticeChannelOptions.Section);
        services.AddOptions<NoticeChannelOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<NoticeChannelOptions>>(new NoticeChannelOptionsValidation(configuration));
        if (section.GetSection(nameof(NoticeChannelOptions.Smtp)).Exists())
            services.AddSingleton<INoticeChannel>(provider => new SmtpChannel(Options(provider).Smtp!, provider.GetRequiredService<TimeProvider>()));
        if (section.GetSection(nameof(NoticeChannelOptions.Webhook)).Exists())
            services.AddSingleton<INoticeChannel>(provider => Webhook(Options(provider).Webhook!, provider.GetRequiredService<TimeProvider>()));
        if (section[nameof(NoticeChannelOptions.Directory)] is { Length: > 0 })
            services.AddSingleton<INoticeChannel>(provider => new FileChannel(Options(provider).Directory));
        return services;
    }

    private static NoticeChannelOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<NoticeChannelOptions>>().Value;

    private static WebhookChannel Webhook(NoticeWebhookOptions options, TimeProvider time)
    {
        IReadOnlyList<WebhookKey> keys = [.. options.Keys().Select(WebhookKey.Read)];
        // A redirect would carry consent links to somebody whom the options do not name.
        return new WebhookChannel(new Uri(options.Url), keys, new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Patience }, time);
    }
}
