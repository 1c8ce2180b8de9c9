/** Reads and writes AdmissionReview (`admission.k8s.io/v1`), what the API server asks a webhook and is told. */
import { type JsonMap, listOf, mapOf, textOf } from '../manifests/manifest.ts';

export interface AdmissionRequest {
  readonly uid: string;
  /** `CREATE`, `UPDATE` and so on. */
  readonly operation: string;
  readonly user: string;
  readonly groups: readonly string[];
  /** Of the object. */
  readonly kind: string;
  readonly apiVersion: string;
  /** Empty when the name is still to be made. */
  readonly name: string;
  readonly namespace: string;
  readonly subresource: string;
  readonly isDryRun: boolean;
  readonly object: JsonMap | undefined;
  readonly oldObject: JsonMap | undefined;
}

export interface AdmissionAnswer {
  readonly isAllowed: boolean;
  /** Why it is refused, for who asked. */
  readonly message?: string;
  readonly warnings?: readonly string[];
  /** For the audit log. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What was sent is no review. The message is one line for people. */
export class ReviewError extends Error {
  override readonly name = 'ReviewError';
}

export const REVIEW_VERSION = 'admission.k8s.io/v1';

/** Throws a {@link ReviewError}. */
export function readReview(text: string): AdmissionRequest {
  let review: JsonMap | undefined;
  try {
    review = mapOf(JSON.parse(text));
  } catch {
    throw new ReviewError('the body is not JSON');
  }
  if (review?.kind !== 'AdmissionReview' || review.apiVersion !== REVIEW_VERSION)
    throw new ReviewError(`the body is not an AdmissionReview of ${REVIEW_VERSION}`);
  const request = mapOf(review.request);
  const uid = textOf(request?.uid);
  if (request === undefined || uid === '') throw new ReviewError('the review has no request with a uid');
  const kind = mapOf(request.kind);
  const [group, version] = [textOf(kind?.group), textOf(kind?.version)];
  const user = mapOf(request.userInfo);
  const object = mapOf(request.object);
  return {
    uid,
    object,
    oldObject: mapOf(request.oldObject),
    operation: textOf(request.operation),
    user: textOf(user?.username),
    groups: listOf(user?.groups).map(String),
    kind: textOf(kind?.kind),
    apiVersion: group === '' ? version : `${group}/${version}`,
    name: textOf(request.name) || textOf(mapOf(object?.metadata)?.name),
    namespace: textOf(request.namespace),
    subresource: textOf(request.subResource),
    isDryRun: request.dryRun === true,
  };
}

/** The answer as the API server reads it. */
export function reviewText(uid: string, answer: AdmissionAnswer): string {
  const { isAllowed, message = '', warnings = [], annotations = {} } = answer;
  const response = {
    uid,
    allowed: isAllowed,
    ...(isAllowed ? {} : { status: { code: 403, reason: 'Forbidden', message } }),
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(Object.keys(annotations).length === 0 ? {} : { auditAnnotations: annotations }),
  };
  return JSON.stringify({ apiVersion: REVIEW_VERSION, kind: 'AdmissionReview', response });
}
