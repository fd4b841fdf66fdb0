import { adminElement } from './admin/admin-element.ts';

if (!customElements.get('berth-admin')) customElements.define('berth-admin', adminElement());
