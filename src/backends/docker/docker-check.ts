import { BackendError } from '../../core/errors.ts';
import { minutes } from '../../core/ids.ts';
import type { Clock, Finding } from '../../core/ports.ts';
import type { InfoAnswer, NetworkAnswer } from './docker-answers.ts';
import type { Engine } from './docker-engine.ts';
import { deploymentLabel, readLabels } from './docker-labels.ts';
import { ensureNetwork, keepsContainersApart } from './docker-network.ts';
import { bridgeName, type DockerSettings } from './docker-settings.ts';
import { type ProbeReport, probeFirewall } from './firewall-probe.ts';
import { plainName } from './our-containers.ts';

const fault = (code: string, message: string): Finding => ({ severity: 'fault', code, message });
const warning = (code: string, message: string): Finding => ({ severity: 'warning', code, message });

function troubleOf(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof BackendError) return error;
  throw error;
}

function limitFindings(info: InfoAnswer): Finding[] {
  const missing = [!info.MemoryLimit && 'memory', !info.CpuCfsQuota && 'CPU', !info.PidsLimit && 'process'].filter(
    (limit) => limit !== false,
  );
  return missing.map((limit) =>
    warning(
      'limit_unsupported',
      `The engine's host cannot enforce a ${limit} limit: one container can starve the rest.`,
    ),
  );
}

function engineFindings(info: InfoAnswer): Finding[] {
  const findings = limitFindings(info);
  if (info.OSType !== 'linux') findings.push(fault('engine_not_linux', `The engine runs ${info.OSType} containers.`));
  if (!info.SecurityOptions.some((option) => option.includes('name=seccomp'))) {
    findings.push(warning('seccomp_off', 'The engine filters no system calls (seccomp is off).'));
  }
  if (info.BridgeNfIptables === false) {
    findings.push(
      warning('bridge_filter_off', 'Set net.bridge.bridge-nf-call-iptables=1: without it containers reach each other.'),
    );
  }
  return findings;
}

function networkFindings(network: NetworkAnswer): Finding[] {
  const findings: Finding[] = [];
  if (!keepsContainersApart(network)) {
    const message = `On the network ${network.Name} containers reach each other. Remove it: Berth makes it anew.`;
    findings.push(fault('network_not_isolated', message));
  }
  const prefix = Number(network.IPAM.Config[0]?.Subnet?.split('/')[1] ?? 0);
  if (prefix > 22) findings.push(warning('network_small', `The network ${network.Name} has room for few containers.`));
  return findings;
}

function firewallFindings(report: ProbeReport, network: string): Finding[] {
  const findings: Finding[] = [];
  if (report.host.some((reach) => reach !== 'silent')) {
    const message = `Containers reach the services of the engine's host. Run there: berth-firewall.sh ${bridgeName(network)}`;
    findings.push(warning('firewall_missing', message));
  }
  if (report.metadata === 'open') {
    const message = "Containers reach the cloud's metadata service, and with it the identity of the engine's host.";
    findings.push(warning('metadata_reachable', message));
  }
  if (report.neighbour !== 'silent') {
    findings.push(warning('containers_not_apart', 'Containers reach each other although their network forbids it.'));
  }
  return findings;
}

async function unreadableFindings(engine: Engine, deployment: string): Promise<Finding[]> {
  const listed = await engine.containers(`${deploymentLabel}=${deployment}`);
  return listed.flatMap(({ Names, Labels }) => {
    const name = plainName(Names[0]);
    const read = readLabels(name, Labels, deployment);
    if (!('problem' in read)) return [];
    return [warning('unreadable_container', `${name} is left alone, its labels are not right: ${read.problem}`)];
  });
}

/** How long a probe's result is told again: the page that shows it asks often. */
const remembered = { known: minutes(5), unknown: minutes(1) } as const;

type FirewallCheck = (network: NetworkAnswer) => Promise<Finding[]>;

function firewallCheck(engine: Engine, settings: DockerSettings, clock: Pick<Clock, 'now'>): FirewallCheck {
  const tried = async (network: NetworkAnswer): Promise<Finding[]> => {
    const gateway = network.IPAM.Config[0]?.Gateway ?? '';
    return firewallFindings(await probeFirewall(engine, settings, gateway, clock.now()), settings.network);
  };
  const unknown = (error: unknown): Finding => {
    const { message } = troubleOf(error);
    const advice = `Run on the engine's host: berth-firewall.sh --check ${bridgeName(settings.network)}`;
    return warning(
      'firewall_unknown',
      `Whether containers reach the engine's host could not be tried. ${advice} (${message})`,
    );
  };
  let last: { readonly until: number; readonly findings: Promise<Finding[]> } | undefined;
  return (network) => {
    if (last && clock.now() < last.until) return last.findings;
    const findings = tried(network).catch((error: unknown) => {
      last = { until: clock.now() + remembered.unknown, findings: Promise.resolve([unknown(error)]) };
      return [unknown(error)];
    });
    last = { until: clock.now() + remembered.known, findings };
    return findings;
  };
}

/** Looks for all that keeps players' containers from starting, and from staying apart. */
export function engineCheck(engine: Engine, settings: DockerSettings, clock: Clock): () => Promise<readonly Finding[]> {
  const checkFirewall = firewallCheck(engine, settings, clock);
  return async () => {
    try {
      const engineOnes = engineFindings(await engine.info());
      const network = await ensureNetwork(engine, settings.network, clock);
      const unreadable = await unreadableFindings(engine, settings.deployment);
      return [...engineOnes, ...networkFindings(network), ...unreadable, ...(await checkFirewall(network))];
    } catch (error) {
      const { code, message } = troubleOf(error);
      return [fault(code, message)];
    }
  };
}
