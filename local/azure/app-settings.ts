import type { SettingName } from '../../src/settings.ts';
import type { AzureStandIn } from './start.ts';

/** The app settings that point Berth's ACI backend at a stand-in; nothing else about the app changes. */
export function appSettings(standIn: AzureStandIn): Partial<Record<SettingName, string>> {
  return {
    BERTH_BACKEND: 'aci',
    BERTH_AZURE_SUBSCRIPTION_ID: standIn.subscriptionId,
    BERTH_AZURE_RESOURCE_GROUP: standIn.resourceGroup,
    BERTH_AZURE_REGION: standIn.location,
    BERTH_REGISTRY_SERVER: standIn.registryHost,
    BERTH_IDENTITY_CLIENT_ID: standIn.clientId,
    ...(standIn.pullIdentityId === undefined ? {} : { BERTH_PULL_IDENTITY_ID: standIn.pullIdentityId }),
    BERTH_ARM_ENDPOINT: standIn.url,
    BERTH_REGISTRY_ENDPOINT: standIn.url,
  };
}
