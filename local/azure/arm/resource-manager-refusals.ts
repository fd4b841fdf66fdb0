import { ArmError } from './arm-error.ts';

/** What Resource Manager itself answers, before a request reaches the provider. */

export const GROUP_TYPE = 'Microsoft.ContainerInstance/containerGroups';

function unauthorized(code: string, message: string): ArmError {
  const challenge = `Bearer authorization_uri="https://login.microsoftonline.com/", error="invalid_token", error_description="${message}"`;
  return new ArmError({ status: 401, code, message, headers: { 'www-authenticate': challenge } });
}

export function missingToken(): ArmError {
  return unauthorized('AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.");
}

export function invalidToken(): ArmError {
  return unauthorized('InvalidAuthenticationToken', 'The access token is invalid.');
}

export function expiredToken(): ArmError {
  return unauthorized('ExpiredAuthenticationToken', 'The access token has expired.');
}

export function wrongAudience(audience: string, allowed: readonly string[]): ArmError {
  const list = allowed.map((each) => `'${each}'`).join(',');
  return unauthorized(
    'InvalidAuthenticationTokenAudience',
    `The access token has been obtained for wrong audience or resource '${audience}'. It should exactly match with one of the allowed audiences ${list}.`,
  );
}

export interface Actor {
  readonly clientId: string;
  readonly principalId: string;
}

export function notAuthorized(actor: Actor, action: string, scope: string): ArmError {
  return new ArmError({
    status: 403,
    code: 'AuthorizationFailed',
    message: `The client '${actor.clientId}' with object id '${actor.principalId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  });
}

export function linkedNotAuthorized(actor: Actor, scope: string, linked: string): ArmError {
  return new ArmError({
    status: 403,
    code: 'LinkedAuthorizationFailed',
    message: `The client '${actor.clientId}' with object id '${actor.principalId}' has permission to perform action '${GROUP_TYPE}/write' on scope '${scope}'; however, it does not have permission to perform action(s) 'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action' on the linked scope(s) '${linked}' (respectively) or the linked scope(s) are invalid.`,
  });
}

export function throttled(requests: string, subscription: string, actor: Actor, retryAfterSeconds: number): ArmError {
  const kind = requests.replace(/s$/, '');
  return new ArmError({
    status: 429,
    code: 'SubscriptionRequestsThrottled',
    message: `Number of '${kind}' requests for subscription '${subscription}' actor '${actor.principalId}' exceeded. Please try again after '${retryAfterSeconds}' seconds.`,
    headers: { 'retry-after': String(retryAfterSeconds), 'x-ms-failure-cause': 'gateway' },
  });
}

export function subscriptionNotFound(subscription: string): ArmError {
  const message = `The subscription '${subscription}' could not be found.`;
  return new ArmError({ status: 404, code: 'SubscriptionNotFound', message });
}

export function resourceGroupNotFound(group: string): ArmError {
  return new ArmError({
    status: 404,
    code: 'ResourceGroupNotFound',
    message: `Resource group '${group}' could not be found.`,
  });
}

export function groupNotFound(resourceGroup: string, name: string): ArmError {
  return new ArmError({
    status: 404,
    code: 'ResourceNotFound',
    message: `The Resource '${GROUP_TYPE}/${name}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  });
}

export function pathNotFound(path: string): ArmError {
  const message = `The stand-in serves nothing at '${path}'.`;
  return new ArmError({ status: 404, code: 'InvalidResourceType', message });
}

export function methodNotAllowed(method: string): ArmError {
  const message = `The requested resource does not support http method '${method}'.`;
  return new ArmError({ status: 405, code: 'HttpMethodNotAllowed', message });
}

export function missingApiVersion(): ArmError {
  return new ArmError({
    status: 400,
    code: 'MissingApiVersionParameter',
    message: 'The api-version query parameter (?api-version=) is required for all requests.',
  });
}

export function unknownApiVersion(given: string, known: readonly string[]): ArmError {
  return new ArmError({
    status: 400,
    code: 'InvalidResourceType',
    message: `The resource type 'containerGroups' could not be found in the namespace 'Microsoft.ContainerInstance' for api version '${given}'. The supported api-versions are '${known.join(',')}'.`,
  });
}

export function unknownLocation(location: string, known: readonly string[]): ArmError {
  return new ArmError({
    status: 400,
    code: 'LocationNotAvailableForResourceType',
    message: `The provided location '${location}' is not available for resource type '${GROUP_TYPE}'. List of available regions for the resource type is '${known.join(',')}'.`,
  });
}

export function missingLocation(): ArmError {
  return new ArmError({
    status: 400,
    code: 'LocationRequired',
    message: 'The location property is required for this definition.',
  });
}

export function locationFixed(name: string, resourceGroup: string, old: string, wanted: string): ArmError {
  return new ArmError({
    status: 409,
    code: 'InvalidResourceLocation',
    message: `The resource '${name}' already exists in location '${old}' in resource group '${resourceGroup}'. A resource with the same name cannot be created in location '${wanted}'. Please select a new resource name.`,
  });
}

export function unreadableBody(problem: string): ArmError {
  const message = `The request content was invalid and could not be deserialized: '${problem}'.`;
  return new ArmError({ status: 400, code: 'InvalidRequestContent', message });
}
