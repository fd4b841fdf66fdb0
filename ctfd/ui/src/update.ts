import { defineForm } from './form/define-form.ts';

defineForm();
