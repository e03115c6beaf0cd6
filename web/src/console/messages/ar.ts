import shared from '../../shared/messages/ar.js';
import type { Translation } from '../../shared/texts/i18n.js';
import type en from './en.js';

export default {
  ...shared,
  'links.back': 'تطبيق العاملين',
  'links.title': 'روابط الضيوف',
  'links.lead': 'لكل سرير صفحة خاصة للمريض بزر واحد. اطبع الرمز وعلقه عند السرير. يصلح {days} يومًا.',
  'links.department': 'القسم',
  'links.make': 'أنشئ الأوراق',
  'links.making': '{n} من {all} …',
  'links.print': 'اطبع',
  'links.in_force': 'الروابط السارية',
  'links.none': 'لا يوجد رابط لأي سرير.',
  'links.end': 'إنهاء',
  'links.end_of': 'إنهاء روابط {bed}',
  'links.end_lead': 'الرمز المطبوع لن يعمل بعد الآن، ولن يستطيع المريض النداء به.',
  'links.until': 'حتى {time}',
  'links.devices': {
    zero: 'لا أجهزة',
    one: 'جهاز واحد',
    two: 'جهازان',
    few: '{n} أجهزة',
    many: '{n} جهازًا',
    other: '{n} جهاز',
  },
  'links.admins': 'إنشاء روابط الضيوف للمسؤول فقط.',
  'links.off': 'روابط الضيوف متوقفة: GUEST_LINK_SECRETS غير محدد.',
  'sheet.scan': 'امسح الرمز لنداء الممرض',
  'sheet.safe': 'في حالة الطوارئ استخدم الزر على الحائط.',
  'links.no_department': 'لا يوجد قسم بعد. أنشئ قسمًا أولًا.',
  sign_out: 'تسجيل الخروج',
  loading: 'جارٍ التحميل …',
} satisfies Translation<typeof en>;
