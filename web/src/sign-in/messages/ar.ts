import type { Translation } from '../../shared/texts/i18n.js';
import shared from '../../shared/messages/ar.js';
import type en from './en.js';

export default {
  ...shared,
  title: 'تسجيل الدخول',
  lead: 'نداءات قسمك',
  username: 'اسم المستخدم',
  password: 'كلمة المرور',
  submit: 'تسجيل الدخول',
  submitting: 'جارٍ تسجيل الدخول…',
  'ended.revoked': 'تم تسجيل خروجك ومُسحت الشاشة. سجّل الدخول من جديد للمتابعة.',
  'ended.signed_out': 'تم تسجيل خروجك.',
  'ended.expired': 'انتهت جلستك. سجّل الدخول من جديد للمتابعة.',
  'change.title': 'اختر كلمة مرور جديدة',
  'change.lead': 'كلمة المرور هذه وضعها شخص آخر. قبل المتابعة اختر كلمة لا يعرفها غيرك.',
  'change.current': 'كلمة المرور الحالية',
  'change.next': 'كلمة المرور الجديدة',
  'change.rules': 'عشرة أحرف على الأقل. ليست شائعة وليست اسم المستخدم.',
  'change.wrong': 'كلمة المرور الحالية غير صحيحة.',
  'change.submit': 'غيّرها وتابع',
  'change.signed_in_as': 'تم الدخول باسم {name}',
  'error.INVALID_CREDENTIALS': 'اسم المستخدم أو كلمة المرور غير صحيحة.',
  'error.RATE_LIMITED_FOR': 'محاولات كثيرة. أعد المحاولة بعد {seconds} ثانية.',
  'error.VALIDATION_FAILED': 'لا يمكن قبول كلمة المرور هذه. اختر كلمة أطول أو أقل شيوعًا.',
} satisfies Translation<typeof en>;
